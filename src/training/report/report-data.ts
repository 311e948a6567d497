import type { ReportChart } from "../../pages/charts.ts";

/** A picture as a `data:image/…;base64,…` URI, with its size in pixels. */
export interface ReportPicture {
  readonly label: string;
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/** Two pictures of the same scene under one slider. */
export interface ReportComparison {
  readonly title: string;
  readonly before: ReportPicture;
  readonly after: ReportPicture;
}

export interface ReportColumn {
  readonly label: string;
  /** Digits after the point of the column's numbers; 2 if not given. */
  readonly digits?: number;
  /** Which of the column's numbers is set in bold. */
  readonly best?: "highest" | "lowest";
}

/** A table whose first cell of each row is the row's name. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** `counts[actual][predicted]`, one row and one column a class. */
export interface ReportConfusion {
  readonly classes: readonly string[];
  readonly counts: readonly ArrayLike<number>[];
}

/** All that a report shows. Text is shown as it is: markup in it is escaped. */
export interface ReportData {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly summary?: string;
  /** Name and value of what describes the run: model, data, seed, duration. */
  readonly facts: readonly (readonly [name: string, value: string | number])[];
  readonly charts?: readonly ReportChart[];
  readonly metrics?: ReportTable;
  readonly comparisons?: readonly ReportComparison[];
  readonly confusion?: ReportConfusion;
}
