"""From a site's settings and its approved scan to a published banner, and to visitors."""
