// Decodes configuration by a Schema and says what is wrong by path, without ever repeating a value: it may be a secret.
import { Secrets } from "@inlet/sdk"
import * as Either from "effect/Either"
import { ArrayFormatter, type ArrayFormatterIssue } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import { didYouMean } from "../cli/Suggest.ts"
import type { Path } from "./Path.ts"
import * as Reference from "./Reference.ts"

export interface Issue {
  readonly path: Path
  readonly message: string
}

const quoted = (text: string) => [...text.matchAll(/"([^"]+)"/g)].map(([, word = ""]) => word)

/** One finding of a Schema, as `ParseResult.ArrayFormatter` tells it. */
type Found = Omit<ArrayFormatterIssue, "_tag"> & { readonly _tag: string }

const explain = ({ _tag, message, path }: Found): Issue => {
  if (_tag === "Missing") return { path, message: "is missing" }
  // The library names the known keys only in the text of its message.
  if (_tag === "Unexpected") {
    const known = quoted(message)
    const meant = didYouMean(String(path.at(-1)), known)
    return { path, message: `is not a known key.${meant === "" ? ` Known: ${known.join(", ")}` : meant}` }
  }
  const expected = message.replace(/, actual [\s\S]*$/, "")
  return { path, message: expected.charAt(0).toLowerCase() + expected.slice(1) }
}

/** One issue a path: a union reports each of its members. */
const firstOfEach = (issues: ReadonlyArray<Issue>): ReadonlyArray<Issue> =>
  [...new Map(issues.toReversed().map((issue) => [issue.path.map(String).join("\n"), issue])).values()].toReversed()

/** What a Schema found, in words for people. */
export const issues = (found: ReadonlyArray<Found>): ReadonlyArray<Issue> => firstOfEach(found.map(explain))

export const decode = <A, I>(schema: Schema.Schema<A, I>, value: unknown): Either.Either<A, ReadonlyArray<Issue>> =>
  Either.mapLeft(Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })(value), (error) =>
    issues(ArrayFormatter.formatErrorSync(error))
  )

/** A member of a configuration, as far as a template needs to know it. */
export interface Field {
  readonly name: string
  readonly required: boolean
  readonly secret: boolean
  readonly list: boolean
}

const encoded = (ast: AST.AST): AST.AST =>
  ast._tag === "Transformation" || ast._tag === "Refinement" ? encoded(ast.from) : ast

/** The members that an object of this form has. */
export const fields = ({ ast }: Schema.Schema.AnyNoContext): ReadonlyArray<Field> => {
  const from = encoded(ast)
  return from._tag === "TypeLiteral"
    ? from.propertySignatures.map(({ isOptional, name, type }) => ({
        name: String(name),
        required: !isOptional,
        secret: Secrets.paths(Schema.make(type)).some((path) => path.length === 0),
        list: encoded(type)._tag === "TupleType"
      }))
    : []
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
    value
  )

/** Secrets that stand in the file themselves, of those whose places are given. `written` is the value before references were resolved. */
export const literalSecrets = (secrets: ReadonlyArray<Path>, written: unknown): ReadonlyArray<Issue> =>
  secrets.flatMap((path) => {
    const value = at(written, path)
    return value === undefined || value === null || Reference.isReference(value)
      ? []
      : [
          {
            path,
            message:
              "holds a secret itself: files get copied and committed. Put it into the environment, or into .env beside this file, and write ${NAME} here"
          }
        ]
  })
