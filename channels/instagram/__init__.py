"""Instagram by the Messenger platform of Meta."""
