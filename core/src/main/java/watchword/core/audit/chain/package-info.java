/**
 * What makes tampering show: lines numbered and tied to one another, signed checkpoints, and reading a log back to check both. Knows
 * nothing of requests or devices; the format is {@code spec/audit-line.md}.
 */
@NullMarked
package watchword.core.audit.chain;

import org.jspecify.annotations.NullMarked;
