// The `Link` header (RFC 8288), with which a service says where a listing goes on.

const LINK = /<([^>]*)>([^<]*)/g
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i

/**
 * The target of the link with a relation, as it stands in the header, or null.
 *
 * @example target('<https://api.example/items?page=2>; rel="next"', "next") === "https://api.example/items?page=2"
 * @since 0.1.0
 */
export const target = (header: string | undefined, relation: string): string | null => {
  for (const [, url = "", parameters = ""] of (header ?? "").matchAll(LINK)) {
    const [, quoted, bare = ""] = REL.exec(parameters) ?? []
    if ((quoted ?? bare).toLowerCase().split(/\s+/).includes(relation)) return url
  }
  return null
}
