"""Fragmented MP4 pieces (ISO/IEC 14496-12, ISO/IEC 14496-15)."""
