//! Rules that generated input says better than a table.
