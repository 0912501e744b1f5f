"""Risk: leaks, loss of image, failing sources, overdue answers; and the triage of alerts.

Pure logic: detectors turn texts and counts into verdicts, ``detection`` turns verdicts into alert
drafts, ``triage`` decides what a draft or a person's key does to an alert.
"""
