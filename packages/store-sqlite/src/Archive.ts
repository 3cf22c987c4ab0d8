// The store as a whole. It is not opened until something is asked, and then for that alone.
import { Archive } from "@inlet/core"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import * as Copy from "./Copy.ts"
import * as Export from "./Export.ts"
import * as Import from "./Import.ts"
import * as Verify from "./Verify.ts"

export const layer = (filename: string): Layer.Layer<Archive.Archive> =>
  Layer.succeed(Archive.Archive, {
    verify: () => Verify.verify(filename),
    copy: (to) => Copy.make(filename, to),
    export: (options) => Export.lines(filename, options),
    import: <E, R>(lines: Stream.Stream<string, E, R>) => Import.into(filename, lines)
  })
