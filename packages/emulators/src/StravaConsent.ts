// The page on which an athlete agrees: who asks, the scopes as check boxes, Authorize and Cancel.
import type { Reply } from "./Message.ts"
import type { Athlete } from "./StravaAthlete.ts"
import type { Scope } from "./StravaScope.ts"

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}
const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign)

/** The form goes back to where it came from, so it works behind a proxy, too. */
export const page = (
  clientId: string,
  athletes: ReadonlyArray<Athlete>,
  signedIn: number,
  scopes: ReadonlyArray<Scope>
): Reply => {
  const people = athletes.map(
    ({ firstname, id, lastname }) =>
      `<option value="${id}"${id === signedIn ? " selected" : ""}>${escape(`${firstname} ${lastname}`)}</option>`
  )
  const boxes = scopes.map(
    (scope) => `<p><label><input type="checkbox" name="scope" value="${scope}" checked> ${scope}</label></p>`
  )
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Emulator: authorize an application</title>
<h1>Application ${escape(clientId)} asks for your data</h1>
<form method="post">
<p><label>You are <select name="athlete">${people.join("")}</select></label></p>
${boxes.join("\n")}
<p><button name="decision" value="authorize">Authorize</button> <button name="decision" value="cancel">Cancel</button></p>
</form>
</html>
`
  }
}
