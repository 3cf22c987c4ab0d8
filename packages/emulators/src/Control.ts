// The control surface under /_emulator/: how tests and operators read and steer an emulator from outside.
import * as Either from "effect/Either"
import { ArrayFormatter } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Fault from "./Fault.ts"
import type * as Journal from "./Journal.ts"
import { json, type Reply, type Request } from "./Message.ts"

/** A control answer that names each wrong member: `{ errors: [{ path, message }] }`. */
export const decoder = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (value: unknown): Either.Either<A, Reply> =>
    Either.mapLeft(decode(value), (error) =>
      json(400, {
        errors: ArrayFormatter.formatErrorSync(error).map((issue) => ({
          path: issue.path.map(String).join("."),
          message: issue.message
        }))
      })
    )
}

export const parseJson = (text: string): Either.Either<unknown, Reply> =>
  Either.try({
    try: (): unknown => JSON.parse(text),
    catch: () => json(400, { errors: [{ path: "", message: "not JSON" }] })
  })

export interface Options {
  readonly journal: Journal.Journal
  readonly faults: Fault.Faults
  /** Control requests of one emulator; undefined for a path it does not know. */
  readonly control?: ((request: Request) => Reply | undefined) | undefined
  /** Puts the emulator's own state back to its start. */
  readonly reset?: (() => void) | undefined
}

/**
 * The control surface every emulator has: `GET|DELETE /_emulator/journal` (`?after=seq&path=regexp`),
 * `GET|PUT|POST|DELETE /_emulator/faults`, `POST /_emulator/reset`.
 */
export const make = ({ control, faults, journal, reset }: Options) => {
  const decodeRule = decoder(Fault.Rule)
  const decodeRules = decoder(Schema.Array(Fault.Rule))
  const done: Reply = { status: 204, headers: {}, body: "" }

  const shared: Record<string, (request: Request) => Reply> = {
    "GET /_emulator/journal": ({ query }) => {
      const pattern = Either.try(() => new RegExp(query.get("path") ?? ""))
      if (Either.isLeft(pattern)) return json(400, { errors: [{ path: "path", message: "not a regular expression" }] })
      const entries = journal.read({ after: Number(query.get("after") ?? 0), path: pattern.right })
      return json(200, { totals: journal.totals(), entries })
    },
    "DELETE /_emulator/journal": () => {
      journal.clear()
      return done
    },
    "GET /_emulator/faults": () => json(200, { faults: faults.list() }),
    "PUT /_emulator/faults": ({ body }) =>
      Either.merge(
        Either.map(Either.flatMap(parseJson(body), decodeRules), (rules) => {
          faults.replace(rules)
          return json(200, { faults: faults.list() })
        })
      ),
    "POST /_emulator/faults": ({ body }) =>
      Either.merge(Either.map(Either.flatMap(parseJson(body), decodeRule), (rule) => json(201, faults.add(rule)))),
    "DELETE /_emulator/faults": () => {
      faults.replace([])
      return done
    },
    "POST /_emulator/reset": () => {
      journal.clear()
      faults.replace([])
      reset?.()
      return done
    }
  }

  return (request: Request): Reply =>
    shared[`${request.method} ${request.path}`]?.(request) ??
    control?.(request) ??
    json(404, { errors: [{ path: "", message: `no control ${request.method} ${request.path}` }] })
}
