/** What tests of engines share: a player that asks as a client would, and the contract that every engine keeps. */
@NullMarked
package watchword.engines;

import org.jspecify.annotations.NullMarked;
