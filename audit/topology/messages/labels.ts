/** Words of the report itself. */
import type { Basis, Language, Severity, Verdict } from "../types.ts";

type Label = Verdict | Severity | Basis | "skipped" | "nothing" | "until" | "expired";

export const LABELS: Readonly<Record<Language, Readonly<Record<Label, string>>>> = {
  en: {
    pass: "passed", fail: "failed", unknown: "unknown", waived: "waived",
    critical: "critical", major: "major", minor: "minor", law: "law", design: "design",
    skipped: "not run, for want of what they read", nothing: "nothing to judge", until: "borne until", expired: "the waiver ended on",
  },
  vi: {
    pass: "đạt", fail: "không đạt", unknown: "chưa rõ", waived: "miễn trừ",
    critical: "nghiêm trọng", major: "quan trọng", minor: "nhẹ", law: "theo luật", design: "theo thiết kế",
    skipped: "không chạy vì thiếu dữ liệu nguồn", nothing: "không có đối tượng", until: "chấp nhận đến hết", expired: "miễn trừ đã hết hạn ngày",
  },
};
