/**
 * {@code watchword run}: a child with secrets in its environment and nowhere else. A plan says what it gets; the values are fetched before
 * it starts, kept alive while it lives, masked in what it prints, and revoked when it ends.
 */
@NullMarked
package watchword.cli.run;

import org.jspecify.annotations.NullMarked;
