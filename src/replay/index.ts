export { ignored } from './comparison/ignored.js';
export type { ReportedClass } from './comparison/report.js';
export { type Recorder, startRecorder } from './recording/record.js';
export { isPattern } from './recording/selection.js';
export { markedFields } from './redaction/marked-fields.js';
export { redactionRules } from './redaction/rules.js';
export { RecordingError, readRecording } from './replaying/read-recording.js';
export { type ReplayReport, replay } from './replaying/replay.js';
