/**
 * The record of every request and answer: its lines, the chain that makes tampering show, the devices that keep it, and the broker that
 * lets nothing happen unrecorded. Reading a log back is {@code AuditVerify}.
 */
@NullMarked
package watchword.core.audit;

import org.jspecify.annotations.NullMarked;
