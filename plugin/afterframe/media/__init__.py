"""Pictures in and out, exact to the frame: movies, stills, sequences, and how they are encoded."""
