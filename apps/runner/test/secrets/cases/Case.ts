// What a case is: a command, what is around it, and how it ends. And the answers that tell all that must not get out.
import { PERSONAL, SECRETS } from "../Canaries.ts"
import type { Setting, Stage } from "../Stage.ts"

export type Given<A> = A | ((it: Stage) => A)

export interface Case {
  readonly name: string
  readonly args: Given<ReadonlyArray<string>>
  /** Null where it is killed. */
  readonly exit: number | null
  readonly setting?: Given<Setting>
  /** Whether its standard output shows somebody's data, since that is what it is for. */
  readonly shows?: true
}

/** All that must not get out. */
const echo = ({ secrets }: Stage) => [...secrets, ...Object.values(PERSONAL)]

export type Answer = (it: Stage) => object

/** An answer that tells all that must not get out. */
export const status =
  (status: number, more: object = {}): Answer =>
  (it) => {
    const told = echo(it)
    const errors = told.map((message) => ({ message, code: message, field: message, type: message }))
    return {
      type: "status",
      status,
      body: { message: `you came with ${told.join(" and ")}`, error: told[0], error_description: told.join(), errors },
      headers: { "x-request-id": SECRETS.stray, "x-you": SECRETS.password },
      ...more
    }
  }

export const redirect: Answer = (it) => ({
  type: "redirect",
  location: `${it.nowhere}/${SECRETS.password}?${echo(it).map(encodeURIComponent).join("&")}`
})

export const garbage: Answer = (it) => status(200, { body: `{"no": JSON, ${echo(it).join()}` })(it)
export const strange: Answer = (it) => status(200, { body: { [PERSONAL.email]: echo(it) } })(it)

export const later = status(429, { headers: { "retry-after": "0" } })
export const html = status(503, { html: true })
export const reset: Answer = () => ({ type: "reset-before" })
export const half: Answer = () => ({ type: "reset-mid-body" })

const given = <A>(it: Stage, given: Given<A>): A => (given instanceof Function ? given(it) : given)

export const words = ({ args }: Case, it: Stage): ReadonlyArray<string> => given(it, args)
export const setting = ({ setting = {} }: Case, it: Stage): Setting => given(it, setting)

/** A row in quarantine, as `quarantine list` names it. */
export const row = (it: Stage, stage: "map" | "sink" = "map") => {
  const where = `type = 'RowsQuarantined' AND json_extract(data, '$.stage') = '${stage}'`
  return it.newest("json_extract(data, '$.batch') || '/' || json_extract(data, '$.rows[0].index')", where)
}
