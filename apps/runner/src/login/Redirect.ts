// Where a service leads a person's browser back to: an address of this computer alone, for as long as a sign-in is under way.
import * as Http from "node:http"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { UsageError } from "../output/Failure.ts"

/** A browser that came back. */
export interface Visit {
  /** Where it was led to. */
  readonly url: URL
  /** Tells the person how it went. */
  readonly answer: (page: Page) => Effect.Effect<void>
}

export interface Page {
  readonly status: number
  readonly title: string
  readonly text: string
}

export interface Redirect {
  readonly url: URL
  readonly visits: Queue.Dequeue<Visit>
}

const PATH = "/callback"

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // The address holds the code: it shall go nowhere else, and nothing here runs.
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'",
  connection: "close"
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const html = ({ text, title }: Page) =>
  `<!doctype html><html lang="en"><title>${escape(title)}</title><h1>${escape(title)}</h1><p>${escape(text)}</p></html>\n`

const send = (response: Http.ServerResponse, page: Page): Effect.Effect<void> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.void)
    // Whoever asked may be gone.
    response.on("close", done)
    response.writeHead(page.status, HEADERS).end(html(page), done)
  })

const refused = (port: number, code = "no reason given") =>
  new UsageError({
    detail:
      code === "EADDRINUSE"
        ? `Port ${port} of 127.0.0.1 is in use by another program.`
        : `Nothing can listen on port ${port} of 127.0.0.1 (${code}).`,
    fix: "Give another port with --port, or leave it out for a free one."
  })

const start = (server: Http.Server, port: number) =>
  Effect.async<number, UsageError>((resume) => {
    if (port > 65_535) return resume(refused(port, "there is none"))
    server.once("error", ({ code }: NodeJS.ErrnoException) => resume(refused(port, code)))
    server.listen({ host: "127.0.0.1", port }, () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : port))
    })
  })

/**
 * Listens until the scope closes; port 0 is a free one. A visit is a GET of the address by its own name: another name would be a
 * web page that reaches into this computer.
 */
export const listen = (port: number): Effect.Effect<Redirect, UsageError, Scope.Scope> =>
  Effect.gen(function* () {
    const visits = yield* Queue.unbounded<Visit>()
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => Http.createServer()),
      (server) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    )
    const url = new URL(`http://127.0.0.1:${yield* start(server, port)}${PATH}`)
    const hosts = [url.host, url.host.replace(url.hostname, "localhost")]
    server.on("request", ({ headers, method, url: target = "" }, response) => {
      const refuse = (status: number) => response.writeHead(status, { connection: "close" }).end()
      if (!hosts.includes(headers.host ?? "")) return refuse(403)
      const asked = URL.canParse(target, url.href) ? new URL(target, url) : undefined
      if (asked?.origin !== url.origin || asked.pathname !== PATH) return refuse(404)
      if (method !== "GET") return refuse(405)
      visits.unsafeOffer({ url: asked, answer: (page) => send(response, page) })
    })
    return { url, visits }
  })
