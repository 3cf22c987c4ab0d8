// A new connector's package: its files, made of the answers and of nothing else.
import { Contracts } from "@inlet/sdk"
import type { Answers } from "./Answers.ts"
import { cassette } from "./files/Cassette.ts"
import * as Documents from "./files/Documents.ts"
import * as Example from "./files/Example.ts"
import * as Package from "./files/Package.ts"
import { source } from "./files/Source.ts"
import { conformance } from "./files/Test.ts"

/**
 * A file of a package.
 *
 * @since 0.1.0
 */
export interface File {
  /** Within the package's folder, with slashes. */
  readonly path: string
  readonly text: string
}

/**
 * Whose the package is.
 *
 * @since 0.1.0
 */
export interface Rights {
  readonly holder: string
  readonly year: number
}

/**
 * The package of a connector that builds and passes the conformance kit as it is. Pure.
 *
 * @since 0.1.0
 */
export const scaffold = (answers: Answers, { holder, year }: Rights): ReadonlyArray<File> => {
  const schemas = Contracts.files([Example.documented(answers)])
  return Object.entries({
    "package.json": Package.manifest(answers),
    "tsconfig.json": Package.tsconfig,
    "tsconfig.build.json": Package.tsconfigBuild,
    "src/index.ts": source(answers),
    "test/conformance.test.ts": conformance(answers),
    "test/cassette.json": cassette(answers),
    ...Object.fromEntries([...schemas].map(([path, text]) => [`schemas/${path}`, text])),
    "README.md": Documents.readme(answers),
    "CHANGELOG.md": Documents.changelog(answers),
    LICENSE: Documents.license(holder, year),
    ".gitignore": Package.gitignore,
    ".github/workflows/ci.yml": Package.workflow
  }).map(([path, text]) => ({ path, text }))
}
