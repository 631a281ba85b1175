"""Everything an administrator configures as a document: its versions, each effective from an instant on."""
