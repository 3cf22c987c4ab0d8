// config-errors: somebody who has written something wrong reads where it is, and nobody else reads what it was.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { Options } from "../Options.ts"
import { make, type Violation } from "../Violation.ts"
import * as World from "../World.ts"

const LAW = "config-errors"

/** Given where something else is expected: it must not be repeated. */
const CANARY = "inlet-canary-value"
const UNKNOWN = "inlet_unknown_member"

/** A configuration that is to be refused, or may be. */
interface Bad {
  readonly what: string
  readonly member: string
  readonly config: object
  readonly must: boolean
}

interface Member {
  readonly name: string
  readonly isOptional: boolean
  readonly accepts: (value: unknown) => boolean
}

/** The members that a configuration can have, as they are written; none where that cannot be told. */
const membersOf = ({ connector }: World.World): ReadonlyArray<Member> => {
  const { ast } = Schema.encodedSchema(connector.config)
  if (!SchemaAST.isTypeLiteral(ast)) return []
  return ast.propertySignatures.map(({ isOptional, name, type }) => ({
    name: String(name),
    isOptional,
    accepts: Schema.is(Schema.make<unknown>(type))
  }))
}

const WRONG: ReadonlyArray<unknown> = [{ canary: CANARY }, [{ canary: CANARY }], CANARY, -7.25, true]

const badOnes = (world: World.World, given: Readonly<Record<string, unknown>>): ReadonlyArray<Bad> => [
  ...membersOf(world).flatMap(({ accepts, isOptional, name }): ReadonlyArray<Bad> => {
    const { [name]: own, ...others } = given
    const wrong = WRONG.find((value) => !accepts(value))
    // A text of the right type and of the wrong form, where the member has one; it may be right as well.
    const odd = [`${CANARY} "\n`, `https://${CANARY}@example.com/?${CANARY}`].filter(accepts)
    return [
      ...(isOptional || own === undefined
        ? []
        : [{ what: `${name} is left out`, member: name, config: others, must: true }]),
      ...(wrong === undefined
        ? []
        : [{ what: `${name} is of a wrong type`, member: name, config: { ...given, [name]: wrong }, must: true }]),
      ...odd.map((value) => ({
        what: `${name} is a text of a wrong form`,
        member: name,
        config: { ...given, [name]: value },
        must: false
      }))
    ]
  }),
  { what: "there is an unknown member", member: UNKNOWN, config: { ...given, [UNKNOWN]: CANARY }, must: true }
]

const nameIt = (member: string, { problems }: World.Refusal) =>
  problems.some(
    ({ path, problem }) => path.split(/[.[]/, 1)[0] === member || path === member || problem.includes(member)
  )

const judge = (world: World.World, { member, must, what }: Bad, scene: World.Scene): ReadonlyArray<Violation> => {
  const violation = (came: string) => [
    make(LAW, null, {
      expected: `a ConfigError that names ${member}, and no value`,
      came: `where ${what}, ${came}`,
      example: member,
      todo: "say it by the configuration's Schema, with a message that tells what is right and not what was given"
    })
  ]
  const { broke, failure, refused } = scene
  if (refused === null) {
    if (broke !== null) return violation(broke)
    return must ? violation("it is accepted") : []
  }
  if (!nameIt(member, refused))
    return violation(`the error names ${refused.problems.map(({ path }) => path || "no member").join(", ")}`)
  const said = `${refused.message} ${failure ?? ""} ${refused.problems.map(({ problem }) => problem).join(" ")}`
  if (said.includes(CANARY)) return violation("the error repeats the value that was given")
  return world.secrets.isIn(said) ? violation("the error holds a secret of the configuration") : []
}

export const check = (world: World.World, options: Options) =>
  Effect.gen(function* () {
    const given: Readonly<Record<string, unknown>> = { ...options.config }
    const told = (options.refused ?? []).map(
      ({ config, member }): Bad => ({ what: `${member} is as the test has it`, member, config, must: true })
    )
    const found: Array<Violation> = []
    for (const bad of [...badOnes(world, given), ...told]) {
      // No stream of that name, so that nothing is asked.
      const scene = yield* World.scene(world, "", { config: bad.config })
      found.push(...judge(world, bad, scene))
    }
    return found.slice(0, 3)
  })
