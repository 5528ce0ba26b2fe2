using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Access;

/// <summary>
/// Names of keys that people can tell apart: one spelling of each, nothing invisible, and no two that look alike. The program runs
/// without ICU (InvariantGlobalization), where .NET normalizes nothing: forms that Unicode calls compatible are turned into the plain
/// one (wide letters, blanks) or refused.
/// </summary>
internal static class KeyNames
{
    private const char ZeroWidthNonJoiner = '\u200c';
    private const char ZeroWidthJoiner = '\u200d';
    private const char DevanagariVirama = '\u094d';

    // Other forms of plain letters and digits (², ①, ﬁ, 𝐀, ℋ …), by block.
    private static readonly (int From, int To)[] OtherForms =
    [
        (0xaa, 0xaa), (0xb2, 0xb3), (0xb9, 0xba), (0xbc, 0xbe), (0x132, 0x133), (0x13f, 0x140),
        (0x149, 0x149), (0x17f, 0x17f), (0x1c4, 0x1cc), (0x1f1, 0x1f3), (0x2b0, 0x2ff), (0x3d0, 0x3d6),
        (0x3f0, 0x3f9), (0x1d2c, 0x1dbf), (0x1e9a, 0x1e9b), (0x2070, 0x209f), (0x2100, 0x218f), (0x2460, 0x24ff),
        (0x2c7c, 0x2c7d), (0x2e80, 0x2fdf), (0x3131, 0x318f), (0x3192, 0x319f), (0x3200, 0x33ff), (0xa69c, 0xa69d),
        (0xa770, 0xa770), (0xa7f2, 0xa7f9), (0xab5c, 0xab69), (0xf900, 0xfdff), (0xfe10, 0xfeff), (0xff5f, 0xffef),
        (0x10780, 0x107ba), (0x1d400, 0x1d7ff), (0x1e030, 0x1e06d), (0x1ee00, 0x1eeff), (0x1f100, 0x1f2ff), (0x1fbf0, 0x1fbf9),
        (0x2f800, 0x2fa1f),
    ];

    // Fillers, a blank, variation selectors, and what stands for half of a pair.
    private static readonly (int From, int To)[] Unseen =
    [
        (0x34f, 0x34f), (0x115f, 0x1160), (0x17b4, 0x17b5), (0x180b, 0x180f), (0x2800, 0x2800),
        (0x3164, 0x3164), (0xfe00, 0xfe0f), (0xfffd, 0xfffd),
        (0xe0100, 0xe01ef),
    ];

    /// <summary>The one spelling under which a name is kept and shown: as <see cref="InputText.Line"/>, without wide letters.</summary>
    [return: NotNullIfNotNull(nameof(name))]
    internal static string? Normalize(string? name) => name is null ? null : InputText.Line(string.Concat(
        name.Select(letter => letter is >= '\uff01' and <= '\uff5e' ? (char)(letter - 0xfee0) : letter)));

    /// <summary>Whether every character can be seen. A joiner may stand after a virama, where it shapes Nepali letters.</summary>
    internal static bool IsVisible(string name)
    {
        Rune before = default;
        foreach (Rune letter in name.EnumerateRunes())
        {
            bool isJoiner = letter.Value is ZeroWidthNonJoiner or ZeroWidthJoiner && before.Value == DevanagariVirama;
            if (!isJoiner && (IsIn(Unseen, letter) || Rune.GetUnicodeCategory(letter)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                return false;
            }

            before = letter;
        }

        return true;
    }

    internal static bool IsInPlainForm(string name) => !name.EnumerateRunes().Any(letter => IsIn(OtherForms, letter));

    /// <summary>The same for names that people could take for each other.</summary>
    internal static string Skeleton(string name)
    {
        StringBuilder skeleton = new();
        foreach (char letter in Normalize(name))
        {
            // Accents that stand apart from their letter; the vowel signs of Devanagari are letters of their own.
            bool isLeftOut = letter is (>= '\u0300' and <= '\u036f') or ZeroWidthNonJoiner or ZeroWidthJoiner or ' ';
            if (!isLeftOut)
            {
                char plain = char.ToLowerInvariant(Confusables.Plain(letter));
                skeleton.Append(plain == 'i' ? 'l' : char.GetUnicodeCategory(plain) == UnicodeCategory.DashPunctuation ? '-' : plain);
            }
        }

        return skeleton.Replace("rn", "m").Replace("vv", "w").ToString();
    }

    private static bool IsIn((int From, int To)[] ranges, Rune letter) =>
        Array.Exists(ranges, range => letter.Value >= range.From && letter.Value <= range.To);
}
