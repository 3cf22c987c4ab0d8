// A browser and the person before it: keeps cookies, follows redirects, and agrees or not when asked.

export interface Decision {
  readonly decision?: "agree" | "deny"
  /** What is allowed, of what is asked for; all of it unless told. */
  readonly scopes?: string
}

const HOPS = 20

export const agent = ({ decision = "agree", scopes }: Decision = {}) => {
  const cookies = new Map<string, string>()
  let denied = false

  const request = async (url: URL, form?: URLSearchParams) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const answer = await fetch(url, {
      redirect: "manual",
      headers: { cookie },
      ...(form && { method: "POST", body: form })
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === "") cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }

  /** Where it goes on from a page: its redirect, the person's decision, or its only form. */
  const next = async (
    url: URL,
    answer: Response
  ): Promise<{ readonly url: URL; readonly form?: URLSearchParams } | null> => {
    const location = answer.headers.get("location")
    if (location !== null) return { url: new URL(location, url) }
    // Who has denied does not begin again.
    if (denied) return null
    if (/^\/interaction\/[^/]+$/.test(url.pathname)) {
      denied = decision === "deny"
      const decided = new URL(`${url.pathname}/${decision}`, url)
      if (scopes !== undefined) decided.searchParams.set("scopes", scopes)
      return { url: decided }
    }
    const page = await answer.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    if (action === undefined) return null
    const form = new URLSearchParams({ confirm: "yes" })
    for (const [, name = "", value = ""] of page.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g)) {
      form.set(name, value)
    }
    return { url: new URL(action, url), form }
  }

  /** Opens an address and goes on until an address of another host, or a page that asks for nothing. */
  return async (start: URL): Promise<URL> => {
    let step: { readonly url: URL; readonly form?: URLSearchParams } = { url: start }
    for (let hop = 0; hop < HOPS; hop++) {
      if (step.url.host !== start.host) return step.url
      const following = await next(step.url, await request(step.url, step.form))
      if (following === null) return step.url
      step = following
    }
    throw new Error(`no end after ${HOPS} pages, at ${step.url.pathname}`)
  }
}
