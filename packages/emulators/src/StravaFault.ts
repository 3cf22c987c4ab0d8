// Errors in Strava's form: a message, and which field of which resource is wrong in what way.
import * as Http from "node:http"
import { json, type Reply } from "./Message.ts"

/** `wrong` is `resource/field/code`; left out where Strava names nothing. */
export const fault = (status: number, message: string, ...wrong: ReadonlyArray<string>): Reply =>
  json(status, {
    message,
    errors: wrong.map((one) => {
      const [resource, field, code] = one.split("/")
      return { resource, field, code }
    })
  })

export const badRequest = (wrong: string): Reply => fault(400, "Bad Request", wrong)
export const notFound = (wrong: string): Reply => fault(404, "Record Not Found", wrong)
export const badToken = fault(401, "Authorization Error", "Athlete/access_token/invalid")
export const badSecret = fault(401, "Authorization Error", "Application//invalid")
/** Answered 401, too, though no new token of the same sign-in would help. */
export const missingScope = (status: 401 | 403, scope: string): Reply =>
  fault(status, status === 401 ? "Authorization Error" : "Forbidden", `AccessToken/${scope}/missing`)
export const inactive = fault(403, "Forbidden", "Application/Status/Inactive")
export const overCapacity = fault(403, "Limit of connected athletes exceeded")
export const overLimit = fault(429, "Rate Limit Exceeded", "Application/rate limit/exceeded")

/** The usual error of a status, for faults that give nothing but that. */
export const usual = (status: number): Reply =>
  status === 401
    ? badToken
    : status === 403
      ? inactive
      : status === 404
        ? notFound("resource/path/invalid")
        : status === 429
          ? overLimit
          : fault(status, Http.STATUS_CODES[status] ?? "error")
