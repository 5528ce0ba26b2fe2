using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>Removes PINs, codes, passwords and secret keys from what the journal shows; the rest stays as the client sent it.</summary>
internal static partial class SecretFilter
{
    internal const string Removed = "(removed)";

    private const int MaxBody = 16 * 1024;
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    internal static bool IsSecret(string name) => SecretName.IsMatch(name);

    /// <summary>A body, also one that is broken or not what its content type says.</summary>
    internal static string OfBody(ReadOnlySpan<byte> body, bool isForm)
    {
        ReadOnlySpan<byte> kept = body[..Math.Min(body.Length, MaxBody)];
        string shown = isForm ? OfForm(Encoding.UTF8.GetString(kept)) : OfJson(kept);
        return OfKeys(body.Length > MaxBody ? $"{shown}… (cut off: {body.Length} bytes in all)" : shown);
    }

    /// <summary>A query or a form: <c>a=1&amp;b=2</c>.</summary>
    internal static string OfForm(string form) => OfKeys(string.Join('&', form.Split('&').Select(field =>
        field.Split('=', 2) is not [var name, var value] || !FormName.IsMatch(name) ? OfText(field)
        : IsSecret(WebUtility.UrlDecode(name)) || HasKey(WebUtility.UrlDecode(value)) ? $"{name}={Removed}"
        : field)));

    /// <summary>A text of unknown form: the value after a name that is a secret's goes.</summary>
    internal static string OfText(string text) => OfKeys(NamedValue.Replace(text, "${before}" + Removed));

    private static bool HasKey(string text) => text.Contains("secret_key_", StringComparison.OrdinalIgnoreCase);

    private static string OfKeys(string text) => HasKey(text) ? Key.Replace(text, Removed) : text;

    /// <summary>JSON as far as it can be read; what follows is a text of unknown form.</summary>
    private static string OfJson(ReadOnlySpan<byte> json)
    {
        StringBuilder shown = new();
        Utf8JsonReader reader = new(json, isFinalBlock: false, default);
        int copied = 0;
        int read = 0;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    if (reader.TokenType == JsonTokenType.String && reader.GetString()! is var text && (HasKey(text) || text.Contains('"')))
                    {
                        shown.Append(Encoding.UTF8.GetString(json[copied..(int)reader.TokenStartIndex])).Append(HasKey(text)
                            ? $"\"{Removed}\""
                            : OfText(Encoding.UTF8.GetString(json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed])));
                        copied = (int)reader.BytesConsumed;
                    }

                    read = (int)reader.BytesConsumed;
                }
                else if (IsSecret(reader.GetString()!))
                {
                    int end = reader.Read() ? (int)reader.TokenStartIndex : json.Length;
                    shown.Append(Encoding.UTF8.GetString(json[copied..Math.Min(end, (int)reader.BytesConsumed)])).Append($"\"{Removed}\"");
                    copied = read = json.Length; // unless the value has an end
                    copied = read = reader.TrySkip() && end < json.Length ? (int)reader.BytesConsumed : json.Length;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: bytes that are not UTF-8, or an unpaired surrogate.
        }

        return shown.Append(Encoding.UTF8.GetString(json[copied..read])).Append(OfText(Encoding.UTF8.GetString(json[read..]))).ToString();
    }

    [GeneratedRegex(
        "^(m?pin|otp)$|transaction_pin|confirmation_code|secret|password|authorization|cookie|api-?key|-token$", Options, 1000)]
    private static partial Regex SecretName { get; }

    [GeneratedRegex(@"^[\w\[\].%+-]+$", Options, 1000)]
    private static partial Regex FormName { get; }

    [GeneratedRegex(@"(live_|test_)?secret_key_\w*", Options, 1000)]
    private static partial Regex Key { get; }

    // Also over several lines, as a field of multipart/form-data stands.
    [GeneratedRegex(
        """
        (?<before>(?>(transaction_pin|confirmation_code|secret|password|authorization)[\w-]{0,40}|(?<![\w-])(m?pin|otp)(?![\w-]))
        (?>[^\w"]+"?[^\w"]*|"[^\w"]*)(?>(content-[\w-]+:[^\r\n]*\s+)*)(?<quote>")?)
        (?(quote)(?>([^"\\]|\\.)*)|(?>[^"'&,;<>}\r\n]+))
        """, Options | RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex NamedValue { get; }
}
