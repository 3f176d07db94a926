/** Service and batch tokens: their text, their rows, who descends from whom, and the {@code auth/token} routes. What a token may do is {@code policy}'s business. */
@NullMarked
package watchword.core.token;

import org.jspecify.annotations.NullMarked;
