// What erasures leave of an event.
import { assert, describe, it } from "@effect/vitest"
import { Event, Json, PipelineState, Projection, Redaction } from "@inlet/core"

const event = (fact: Event.Fact): Event.Event => ({
  ...fact,
  id: "id",
  schema: 1,
  at: "2026-01-01T00:00:00.000Z",
  run: "r",
  cause: null,
  trace: null,
  position: 1,
  stream: "pipeline/s/items",
  version: 1,
  hash: "00"
})

const SECRET = "whatever tells of a person"

const recorded = (batch: string) =>
  event({
    type: "BatchRecorded",
    data: {
      batch,
      blob: "b1",
      records: 2,
      repeated: "0",
      bytes: 10,
      request: {
        method: "GET",
        url: "/riders/{id}",
        key: `/riders/${SECRET}`,
        query: { name: SECRET },
        status: 200,
        etag: SECRET,
        requestId: SECRET
      },
      context: { rider: SECRET },
      next: { after: SECRET },
      shape: "shape",
      learned: ["[].id string"]
    }
  })

const about: ReadonlyArray<Event.Event> = [
  event({
    type: "RunStarted",
    data: {
      mode: "sync",
      trigger: "cli",
      cursor: { after: SECRET },
      outbox: 3,
      versions: { app: "1", connector: "1", mapping: "1" }
    }
  }),
  recorded("r/1"),
  event({ type: "CursorMoved", data: { from: SECRET, to: { after: SECRET }, reason: "extracted" } }),
  event({
    type: "BatchReplayed",
    data: { batch: "r/1", replays: "q/1", blob: "b1", records: 1, dataset: "s_items", context: { rider: SECRET } }
  }),
  event({
    type: "RowsQuarantined",
    data: { batch: "r/1", part: 0, attempt: 0, stage: "map", rows: [{ index: 1, key: SECRET, code: "c", path: "p" }] }
  })
]

const ERASED = new Set(["r/1"])

describe("redact", () => {
  it("leaves nothing that tells of a person, and is done once", () => {
    for (const one of about) {
      const left = Redaction.redact(one, ERASED)
      assert.isDefined(left, one.type)
      assert.notInclude(Json.canonical(left), SECRET)
      assert.isUndefined(left && Redaction.redact(left, ERASED), one.type)
    }
  })

  it("leaves an event of its type whose counts and place are what they were", () => {
    for (const one of about) {
      const left = Redaction.redact(one, ERASED)
      assert(left !== undefined)
      assert.deepInclude(left, { type: one.type, id: one.id, version: one.version, hash: one.hash })
      assert.deepStrictEqual(PipelineState.counted(left), PipelineState.counted(one))
      assert.notStrictEqual(Event.fingerprint(left), Event.fingerprint(one))
      // What is set in the views is all that an event of its own would have set otherwise.
      const changed = Projection.changes(one, left)
      const cells = Projection.project(left).map(({ key, set = {} }) => ({ key, set }))
      for (const [index, before] of Projection.project(one).entries()) {
        const set = { ...before.set, ...changed.find(({ view }) => view === before.view)?.set }
        assert.deepStrictEqual({ key: before.key, set }, cells[index])
      }
    }
  })

  it("leaves the pages of others alone, but not the places where to go on: those hold ids of anybody", () => {
    const left = Redaction.redact(recorded("r/2"), ERASED)
    assert(left?.type === "BatchRecorded")
    assert.isNull(left.data.next)
    const { next: _, ...rest } = left.data
    const { next: __, ...before } = { ...recorded("r/2").data, next: null }
    assert.deepStrictEqual<unknown>(rest, before)
    for (const one of about.slice(3)) assert.isUndefined(Redaction.redact(one, new Set(["r/2"])))
  })
})
