/**
 * Second factors of logins: which logins ask for one ({@code EnforcementRow}), by which method ({@code MethodRow}), and what proves it.
 * What a login would have been given waits here until it is proven. One-time passwords are {@code Totp}'s.
 */
@NullMarked
package watchword.core.mfa;

import org.jspecify.annotations.NullMarked;
