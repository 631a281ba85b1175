"""inlined(): HTML with its styles on its elements, since many mail programs drop style sheets."""

import css_inline

# Rules for dark screens and narrow ones cannot stand on an element: they stay in the head for programs that keep it.
_INLINER = css_inline.CSSInliner(
    keep_style_tags=False,
    keep_at_rules=True,
    keep_link_tags=False,
    load_remote_stylesheets=False,
)


def inlined(html: str) -> str:
    """The same page with each style on the elements it is for; nothing is fetched from anywhere.

    Raises ValueError for a style sheet that cannot be read.
    """
    try:
        return _INLINER.inline(html)
    except css_inline.InlineError as unreadable:
        raise ValueError(f"This style sheet cannot be read: {unreadable}") from unreadable
