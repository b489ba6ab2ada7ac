"""The stages a job's frames pass through: read, make, conform, write. Frames stream; memory does
not grow with the clip's length."""
