// A service's side and ours for tests of requests: what is asked with, and what comes of it.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { Auth, Budget, type Source, SourceHttp } from "../src/index.ts"
import { client, impatiently } from "./Scripted.ts"

export const SECRET = "s3cret-canary"
export const template = "/things/{id}"
export const ask = { template, params: { id: "a/b" } }

export const http = (baseUrl: URL, options: Partial<SourceHttp.Options> = {}) =>
  SourceHttp.make({
    service: "Things",
    baseUrl,
    credential: "things",
    auth: Auth.bearer(Redacted.make(SECRET)),
    headers: { accept: "application/json" },
    ...options
  })

/** A scope and a store for one test. */
export const services = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(Effect.scoped, Effect.provide(Budget.layerMemory))

/** Asks a real server once, on a clock that skips the waits. */
export const fetching = (url: URL, more: Partial<SourceHttp.Ask> = {}, options: Partial<SourceHttp.Options> = {}) =>
  impatiently(Effect.flatMap(http(url, options), ({ get }) => get({ ...ask, ...more }))).pipe(
    services,
    Effect.provide(FetchHttpClient.layer)
  )

/** Asks a scripted client once. */
export const asking = (script: (n: number) => Response | "never", options: Partial<SourceHttp.Options> = {}) => {
  const asked: Array<string> = []
  return impatiently(Effect.flatMap(http(new URL("https://things.example"), options), ({ get }) => get(ask))).pipe(
    services,
    Effect.provide(client(asked, script)),
    Effect.map((outcome) => ({ ...outcome, asked }))
  )
}

export const failed = (result: Either.Either<unknown, Source.SourceError>) => Either.getOrThrow(Either.flip(result))

export const ok = () => new Response('{"ok":true}')
export const status = (status: number, headers: Record<string, string> = {}, body: string | null = "{}") =>
  new Response(body, { status, headers })
