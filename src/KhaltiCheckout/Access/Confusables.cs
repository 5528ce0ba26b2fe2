using System.Collections.Frozen;

namespace KhaltiCheckout.Access;

/// <summary>Letters that people take for Latin ones: those of other alphabets, and Latin ones with accents.</summary>
internal static class Confusables
{
    // The letter without its accent, from U+00C0 and from U+1E00 on; a dot where it has none.
    private const char FirstAccented = '\u00c0';
    private const char FirstAdditional = '\u1e00';

    private const string Accented =
        "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.yAaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGg"
        + "Hh..IiIiIiIiI...JjKk.LlLlLl....NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz........."
        + "........................Oo.............Uu............................AaIiOoUuUuUuUuUu.AaAa....GgKkOo"
        + "Oo..j...Gg..NnAa....AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy............................";

    private const string Additional =
        "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSs"
        + "SsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy......AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEe"
        + "IiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......";

    private static readonly (string Letters, string Latin)[] OtherAlphabets =
    [
        ("\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e", "ABCEHIJKMO"), // Cyrillic
        ("\u0420\u0405\u0422\u0423\u0425\u04ae\u051a\u051c", "PSTYXYQW"),
        ("\u0430\u0432\u0441\u0435\u04bb\u043d\u0456\u0458\u043a\u043c\u043e\u0440\u0455\u0442\u0443\u0445", "abcehhijkmopstyx"),
        ("\u0501\u051b\u051d\u0475\u04cf\u0433\u043f\u04af\u044c\u04c0", "dqwvlrnybI"),
        ("\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7", "ABEZHIKMNOPTYX"), // Greek
        ("\u03b1\u03b2\u03b3\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c3\u03c4\u03c5\u03c7\u03c9\u03f2\u03f3", "abyeniKvopotuxwcj"),
        ("\u0585\u0578\u057d\u0570\u0575\u0581\u0584", "onuhjgp"), // Armenian
        ("\u13aa\u13ac\u13bb\u13ab\u13e6\u13de\u13b7\u13e2\u13da\u13d9\u13b3\u13c3\u13cf\u13a1\u13a0", "AEHJKLMPSVWZbRD"), // Cherokee
        ("\u0131\u0251\u0261\u026a\u0142\u00f8\u0111", "iagilod"), // Latin of other kinds
        ("\u0966\u09e6\u0ae6\u0d66\u0665", "ooooo"), // zeros, and an Arabic digit, that look like an o
        ("01|!\u0964\u01c0\u2223", "olllIll"),
    ];

    private static readonly FrozenDictionary<char, char> Latin =
        OtherAlphabets.SelectMany(pair => pair.Letters.Zip(pair.Latin)).ToFrozenDictionary(pair => pair.First, pair => pair.Second);

    /// <summary>The Latin letter that this one looks like, or the letter itself.</summary>
    internal static char Plain(char letter) => letter switch
    {
        _ when WithoutAccent(letter, FirstAccented, Accented) is { } plain => plain,
        _ when WithoutAccent(letter, FirstAdditional, Additional) is { } plain => plain,
        _ => Latin.GetValueOrDefault(letter, letter),
    };

    private static char? WithoutAccent(char letter, char first, string table) =>
        letter >= first && letter - first < table.Length && table[letter - first] is not '.' and char plain ? plain : null;
}
