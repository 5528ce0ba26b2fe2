using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;

namespace KhaltiCheckout.Http;

/// <summary>JSON that takes exactly what the contract names: no numbers as text, no unknown or doubled members, no nulls
/// where none belong. A payment request that can be read in two ways is refused.</summary>
internal static class StrictJson
{
    /// <param name="known">How to read and write types that need not be worked out at their first use.</param>
    internal static void AddStrictJson(this IServiceCollection services, IJsonTypeInfoResolver known) =>
        services.ConfigureHttpJsonOptions((JsonOptions options) =>
        {
            Apply(options.SerializerOptions);
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, known);
        });

    internal static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = 16;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new UtcJsonConverter());
    }

    // RFC 3339 in UTC with a Z, to the millisecond.
    private sealed class UtcJsonConverter : JsonConverter<DateTimeOffset>
    {
        private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString(Format, System.Globalization.CultureInfo.InvariantCulture));
    }
}
