// Requests and replies as the emulators see them: whole bodies, no streams.
import * as Http from "node:http"
import type { Credential } from "./Journal.ts"

export interface Request {
  readonly method: string
  /** As sent, not decoded. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
  /** Size of the body as it came. */
  readonly bytes: number
  /** The emulator's verdict on the credential it carried. */
  readonly credential: Credential
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Facts for the journal; never sent. */
  readonly note?: Readonly<Record<string, unknown>>
}

/** A JSON answer. */
export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(value)
})

/** An HTML page of the kind that proxies put in place of an API's own answer. */
export const html = (status: number, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8", ...headers },
  body: `<!doctype html><html><body><h1>${status} ${Http.STATUS_CODES[status] ?? ""}</h1></body></html>`
})

export const withHeaders = (reply: Reply, headers: Readonly<Record<string, string>>): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers }
})
