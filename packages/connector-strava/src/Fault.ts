// Strava's form of errors: `{"message", "errors": [{"resource", "field", "code"}]}`, though `errors` was seen to be a text, too.
import type { Policy } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"

const word = (value: unknown): string => (typeof value === "string" && /^[\w :-]{0,60}$/.test(value) ? value : "?")

/** What is wrong, as `resource/field/code`: words of Strava's own, which hold nothing that was sent. */
export const of = ({ json }: Pick<Policy.Reply, "json">): ReadonlyArray<string> =>
  Predicate.isRecord(json) && Array.isArray(json.errors)
    ? json.errors
        .filter(Predicate.isRecord)
        .map(({ code, field, resource }) => `${word(resource)}/${word(field)}/${word(code)}`)
    : []
