// A plain stream as an author writes it, schema included.
import { Column, Dataset, RestStream } from "../src/index.ts"

export const labels = RestStream.make({
  dataset: Dataset.make(
    { stream: "labels", version: 1, primaryKey: "label_id", time: "made_at", meaning: "The labels of a project." },
    {
      label_id: Column.id("id", { meaning: "The label's id." }),
      project: Column.text("@.project", { meaning: "The project it belongs to." }),
      name: Column.text("name", { meaning: "What it says." }),
      uses: Column.count("issues", { meaning: "How many issues have it.", optional: true }),
      made_at: Column.timestamp("created", { meaning: "When it was made." })
    }
  ),
  template: "/projects/{project}/labels",
  context: true
})
