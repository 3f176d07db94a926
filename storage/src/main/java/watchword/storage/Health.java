package watchword.storage;

/** Whether a storage can still be believed. */
public sealed interface Health {

    record Good() implements Health {}

    /** A flush failed or the file is damaged: every use is refused until it is opened again, on a disk that is well. */
    record Failed(String why) implements Health {
        /** What any caller may be told of it. */
        public static final String ADVICE = "it stopped because its disk failed; restart the server when the disk is well";
    }
}
