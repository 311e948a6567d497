export { renderReport } from "./report/render-report.ts";
export type {
  ReportChart,
  ReportColumn,
  ReportComparison,
  ReportConfusion,
  ReportData,
  ReportPicture,
  ReportSeries,
  ReportTable,
} from "./report/report-data.ts";
