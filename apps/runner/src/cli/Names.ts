// Arguments that several commands have.
import * as Args from "@effect/cli/Args"

export const sources = Args.text({ name: "SOURCE" }).pipe(
  Args.withDescription("names of sources in inlet.yaml; by default all"),
  Args.repeated
)

export const source = Args.text({ name: "SOURCE" }).pipe(Args.withDescription("name of a source in inlet.yaml"))
