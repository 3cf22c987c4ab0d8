// How a service, its package and its source are called after each other.

/** What npm takes as a name. */
const PACKAGE = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/

/** @example isPackage("@acme/inlet-connector-tasks") */
export const isPackage = (name: string): boolean => name.length <= 214 && PACKAGE.test(name)

/** @example slug("Acme Tasks") === "acme-tasks" */
export const slug = (text: string): string =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")

/** @example packageOf("Acme Tasks") === "inlet-connector-acme-tasks" */
export const packageOf = (service: string): string =>
  `inlet-connector-${slug(service.replace(/^.*connector-/, "")) || "example"}`

/** What a source of a package is called, as `inlet init` does. @example sourceOf("@acme/inlet-connector-tasks") === "tasks" */
export const sourceOf = (name: string): string => {
  const last = name.split("/").at(-1) ?? ""
  const source = last.replace(/^.*connector-/, "").replace(/[^a-z0-9_-]+/g, "-")
  return /^[a-z]/.test(source) ? source : `source-${source}`
}

/** @example serviceOf("inlet-connector-acme-tasks") === "Acme Tasks" */
export const serviceOf = (name: string): string =>
  sourceOf(name)
    .split(/[-_]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ")

/** @example variable("acme-tasks", "apiKey") === "ACME_TASKS_API_KEY" */
export const variable = (source: string, field: string): string =>
  `${source}_${field.replace(/([a-z0-9])([A-Z])/g, "$1_$2")}`.replaceAll("-", "_").toUpperCase()
