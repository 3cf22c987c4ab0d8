// New packages in a folder of their own, which find what is installed here.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Answers, scaffold } from "@inlet/create-connector"

const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url))

export const AUTHS = ["none", "bearer", "header", "basic", "oauth2"] as const
export const PAGES = ["link", "page", "offset", "cursor", "single"] as const

export const answers = (given: Partial<Answers> = {}): Answers => ({
  service: "Acme Tasks",
  name: "inlet-connector-acme",
  baseUrl: "https://api.acme.example/v2",
  auth: "bearer",
  pages: "cursor",
  stream: "pull_requests",
  ...given
})

export const files = (given: Partial<Answers> = {}): ReadonlyMap<string, string> =>
  new Map(scaffold(answers(given), { holder: "Ada", year: 2026 }).map(({ path, text }) => [path, text]))

/** A folder for packages; whoever makes it removes it. */
export const place = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "inlet-create-"))
  symlinkSync(modules, join(folder, "node_modules"), "junction")
  return folder
}

/** Writes a package into a folder below `place`, and ends with that. */
export const write = (place: string, given: Partial<Answers>): string => {
  const { auth, pages } = answers(given)
  const folder = join(place, `${auth}-${pages}`)
  for (const [path, text] of files(given)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
