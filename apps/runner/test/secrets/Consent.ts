// Somebody who signs in: opens the address that a command prints, and agrees at once.

/** To be told what the command prints. What the address holds for this sign-in alone is added to the secrets. */
export const agreeing = (secrets: Set<string>) => {
  let text = ""
  let asked = false
  return (piece: string) => {
    text += piece
    const address = /^ {2}(http\S+)\n/m.exec(text)?.[1]
    if (address === undefined || asked) return
    asked = true
    void fetch(address, { redirect: "manual" }).then((answer) => {
      const back = new URL(answer.headers.get("location") ?? "")
      secrets.add(back.searchParams.get("code") ?? "")
      return fetch(back)
    })
  }
}
