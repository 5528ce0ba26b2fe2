using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Events;

/// <summary>Writes the <c>data</c> of events: objects as the admin API shows them, but no e-mail address and no phone number.</summary>
internal sealed class EventData(IOptions<JsonOptions> json)
{
    private readonly JsonSerializerOptions _json = OptionsOf(json.Value.SerializerOptions);

    internal IReadOnlyList<EventDraft> Of(SavedOrder saved)
    {
        // Each change that an event tells of has its entry.
        if (saved.After.Timeline.Count == 0)
        {
            return [];
        }

        string? order = null;
        DateTimeOffset at = saved.After.Timeline[^1].At;
        List<EventDraft> events = [];
        foreach (OrderEventFound found in OrderEvents.Of(saved))
        {
            // The same order in each of them: written once.
            order ??= TextOf(AdminOrderView.Of(saved.After));
            events.Add(new EventDraft(EventTypes.Of(found.Type), at, DataOf(order, found)));
        }

        return events;
    }

    /// <summary>Of an order that can't be read nothing is shown but its id.</summary>
    internal EventDraft OfUnreadable(RaisedReason reason)
    {
        string order = $$"""{"id":"{{reason.OrderId}}","attention":"{{SnakeCase.Of(reason.Reason)}}"}""";
        return new EventDraft(
            EventTypes.Of(EventType.OrderAttentionRaised), reason.RaisedAt,
            DataOf(order, new OrderEventFound(EventType.OrderAttentionRaised, Reason: reason)));
    }

    internal EventDraft Of(EventType type, DateTimeOffset at, object data) =>
        new(EventTypes.Of(type), at, JsonSerializer.Serialize(data, data.GetType(), _json));

    private string DataOf(string order, OrderEventFound found)
    {
        StringBuilder data = new($"{{\"order\":{order}");
        if (found.Payment is { } payment)
        {
            data.Append(",\"payment\":").Append(TextOf(AdminPaymentView.Of(payment)));
        }

        if (found.Refund is { } refund)
        {
            data.Append(",\"refund\":").Append(TextOf(RefundView.Of(refund)));
        }

        if (found.Reason is { } reason)
        {
            data.Append(",\"reason\":").Append(TextOf(ReasonView.Of(reason)));
        }

        return data.Append('}').ToString();
    }

    private string TextOf<T>(T view) => JsonSerializer.Serialize(view, (JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T)));

    private static JsonSerializerOptions OptionsOf(JsonSerializerOptions api)
    {
        JsonSerializerOptions options = new(api) { TypeInfoResolver = api.TypeInfoResolver!.WithAddedModifier(RemoveContact) };
        options.MakeReadOnly();
        return options;
    }

    private static void RemoveContact(JsonTypeInfo type)
    {
        if (type.Type == typeof(AdminCustomerView))
        {
            foreach (JsonPropertyInfo contact in type.Properties.Where(member => member.Name is "email" or "phone").ToArray())
            {
                type.Properties.Remove(contact);
            }
        }
    }
}
