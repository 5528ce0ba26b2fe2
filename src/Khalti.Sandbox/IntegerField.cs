using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>
/// Reads an integer as the integer field of Django REST framework does, whose error texts Khalti's are: <c>1300</c>,
/// <c>1300.0</c>, <c>"1300.00"</c>, <c>" 1300 "</c> and <c>1.3e3</c> are 1300; 1300.5, true and the empty text are none.
/// </summary>
internal static partial class IntegerField
{
    private const double MaxPlainNumber = 1e16; // Python writes a larger float with an exponent, which is no integer there.

    internal static bool TryRead(JsonNode value, out long integer)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                return TryRead(value.GetValue<string>(), out integer);
            case JsonValueKind.Number when value.ToJsonString() is var number && !number.AsSpan().ContainsAny('.', 'e', 'E'):
                return long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer);
            case JsonValueKind.Number:
                bool whole = double.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out double fraction)
                    && Math.Abs(fraction) < MaxPlainNumber && double.IsInteger(fraction);
                integer = whole ? (long)fraction : 0;
                return whole;
            default:
                integer = 0;
                return false;
        }
    }

    /// <summary>Python's int() after zeros behind a decimal point were cut off.</summary>
    private static bool TryRead(string text, out long integer)
    {
        Match number = Integer.Match(text.Trim());
        StringBuilder digits = new(number.Groups["sign"].Value);
        foreach (char digit in number.Groups["digits"].Value.Where(char.IsDigit))
        {
            digits.Append(CharUnicodeInfo.GetDecimalDigitValue(digit));
        }

        integer = 0;
        return number.Success
            && long.TryParse(digits.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer);
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?<digits>\d+(_\d+)*)(\.0*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Integer { get; }
}
