{{- define "propylon.name" -}}
{{- if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* What selects: never changes between versions. */}}
{{- define "propylon.selector" -}}
app.kubernetes.io/name: propylon
{{- if ne .Release.Name "propylon" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- end }}

{{- define "propylon.metadata" -}}
name: {{ include "propylon.name" . }}
labels:
  {{- include "propylon.selector" . | nindent 2 }}
{{- end }}

{{- define "propylon.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "propylon.name" .) }}
{{- end }}
