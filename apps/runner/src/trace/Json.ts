// A span as programs get it: the public form of a line of `inlet trace --json`.
import { errorType, iso, type Span } from "./Span.ts"

export const json = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: span.kind,
  start: iso(span.start),
  end: iso(span.end),
  status: span.status,
  errorType: errorType(span),
  attributes: span.attributes,
  events: span.events.map(({ at, attributes, name }) => ({ name, at: iso(at), attributes })),
  links: span.links.map(({ attributes, spanId, traceId }) => ({ traceId, spanId, attributes }))
})
