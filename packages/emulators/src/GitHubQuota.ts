// GitHub's primary rate limit: so many requests an hour for each credential, in windows that begin with the first one.

/** What the x-ratelimit headers say; `reset` in epoch seconds. */
export interface Status {
  readonly limit: number
  readonly remaining: number
  readonly used: number
  readonly reset: number
}

export interface Quota {
  readonly status: (credential: string, limit: number) => Status
  readonly spend: (credential: string) => void
  readonly clear: () => void
}

const hour = 3600

/** `now` is the wall clock in milliseconds: clients wait for `reset` by their own. */
export const make = (now: () => number): Quota => {
  const windows = new Map<string, { used: number; readonly reset: number }>()
  const current = (credential: string) => {
    const seconds = Math.floor(now() / 1000)
    const known = windows.get(credential)
    if (known !== undefined && seconds < known.reset) return known
    const fresh = { used: 0, reset: seconds + hour }
    windows.set(credential, fresh)
    return fresh
  }
  return {
    status: (credential, limit) => {
      const { reset, used } = current(credential)
      return { limit, remaining: Math.max(0, limit - used), used, reset }
    },
    spend: (credential) => {
      current(credential).used++
    },
    clear: () => windows.clear()
  }
}

export const headers = ({ limit, remaining, reset, used }: Status): Readonly<Record<string, string>> => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-used": String(used),
  "x-ratelimit-reset": String(reset),
  "x-ratelimit-resource": "core"
})
