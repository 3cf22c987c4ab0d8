// Releases of a repository. There are few, and their list tells no changes: it is read whole.
import { Column, Dataset, RestStream } from "@inlet/sdk"
import * as Schema from "effect/Schema"
import * as People from "./People.ts"
import { RepositoryName } from "./RepositoryName.ts"

const Downloads = Schema.transform(Schema.Array(Schema.Struct({ download_count: Schema.Number })), Schema.Number, {
  strict: true,
  decode: (assets) => assets.reduce((sum, { download_count }) => sum + download_count, 0),
  encode: (sum) => [{ download_count: sum }]
})

const dataset = Dataset.make(
  {
    stream: "releases",
    version: 1,
    primaryKey: "release_id",
    time: "created_at",
    meaning: "The releases of the repositories as they are now, one row each.",
    cost: "1 request a repository and 100 releases.",
    gaps: ["Tags without a release are not among them.", "Drafts are, where the credential has push access."],
    recipes: [
      {
        name: "Releases",
        aggregation: "count",
        date: "published_at",
        dimensions: ["repository"],
        filters: [
          { column: "draft", is: [0] },
          { column: "prerelease", is: [0] }
        ],
        reading: "How often the team releases; trial releases are left out."
      },
      {
        name: "Downloads of releases",
        value: "downloads",
        aggregation: "sum",
        date: "published_at",
        dimensions: ["repository", "tag"],
        filters: [],
        unit: "count",
        reading: "How often the files of the releases of the period were downloaded until now.",
        beware: "The downloads are dated by the release, not by the day of the download."
      }
    ]
  },
  {
    release_id: Column.id("id", { meaning: "GitHub's id of the release." }),
    repository: Column.textOf("url", RepositoryName, { meaning: "The repository as owner/name." }),
    tag: Column.text("tag_name", { meaning: "The tag it was made of." }),
    name: Column.text("name", { meaning: "Its title.", optional: true }),
    draft: Column.flag("draft", { meaning: "1 while it is not published." }),
    prerelease: Column.flag("prerelease", { meaning: "1 for one that is not meant for everybody." }),
    author: People.author("Login of who made it", "author.login"),
    assets: Column.count("assets", { meaning: "Files that come with it.", optional: true }),
    downloads: Column.numberOf("assets", Downloads, {
      meaning: "Downloads of all its files so far.",
      unit: "count",
      optional: true
    }),
    created_at: Column.timestamp("created_at", { meaning: "Time of the commit it was made of." }),
    published_at: Column.timestamp("published_at", { meaning: "When it was published.", optional: true }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

export const releases = RestStream.make({ dataset, template: "/repos/{owner}/{repo}/releases" })
