// Where secrets stand in a configuration, as its Schema says.
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** The members that lead to a value, from the outside in. */
type Path = ReadonlyArray<string>

const isRedacted = (ast: AST.AST): boolean => {
  const constructor: unknown = ast.annotations[AST.TypeConstructorAnnotationId]
  return typeof constructor === "object" && constructor !== null && "_tag" in constructor
    ? constructor._tag === "effect/Redacted"
    : false
}

const pathsIn = (ast: AST.AST): ReadonlyArray<Path> => {
  switch (ast._tag) {
    case "Transformation":
      return isRedacted(ast.to) ? [[]] : pathsIn(ast.from)
    case "Refinement":
      return pathsIn(ast.from)
    case "Union":
      return ast.types.flatMap(pathsIn)
    case "TypeLiteral":
      return ast.propertySignatures.flatMap(({ name, type }) => pathsIn(type).map((path) => [String(name), ...path]))
    default:
      return []
  }
}

/**
 * The paths of all secrets that a configuration of this form holds.
 *
 * @example paths(Schema.Struct({ app: Schema.Struct({ key: Config.secret }) })) // [["app", "key"]]
 * @since 0.1.0
 */
export const paths = ({ ast }: Schema.Schema.AnyNoContext): ReadonlyArray<Path> => pathsIn(ast)
