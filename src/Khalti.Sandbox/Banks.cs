using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The bank lists for the widget's bank tabs, and the page that says that bank payments are not available.</summary>
internal static class Banks
{
    private static readonly Bank[] All =
    [
        new("Agricultural Development Bank Limited", "ADBL", "ADBLNPKA", "Singhadurbar, Kathmandu", Mobile: true),
        new("Citizens Bank International Limited", "CZBIL", "CTZNNPKA", "Narayanhiti Path, Kathmandu", Mobile: true),
        new("Everest Bank Limited", "EBL", "EVBLNPKA", "Lazimpat, Kathmandu", Mobile: false),
        new("Global IME Bank Limited", "GIBL", "GLBBNPKA", "Kamaladi, Kathmandu", Mobile: true),
        new("Himalayan Bank Limited", "HBL", "HIMANPKA", "Kamaladi, Kathmandu", Mobile: true),
        new("Kumari Bank Limited", "KBL", "KMBLNPKA", "Naxal, Kathmandu", Mobile: true),
        new("Laxmi Sunrise Bank Limited", "LSL", "LXBLNPKA", "Hattisar, Kathmandu", Mobile: true),
        new("Nabil Bank Limited", "NABIL", "NARBNPKA", "Durbar Marg, Kathmandu", Mobile: true),
        new("Nepal Bank Limited", "NBL", "NEBLNPKA", "Dharmapath, Kathmandu", Mobile: false),
        new("NIC Asia Bank Limited", "NICA", "NICENPKA", "Thapathali, Kathmandu", Mobile: true),
        new("Prabhu Bank Limited", "PBL", "PRVUNPKA", "Babarmahal, Kathmandu", Mobile: true),
        new("Rastriya Banijya Bank Limited", "RBB", "RBBANPKA", "Singhadurbar Plaza, Kathmandu", Mobile: true),
    ];

    internal static void MapBanks(this IEndpointRouteBuilder app)
    {
        foreach (string version in (string[])["/api/v2", "/api", "/api/v5"])
        {
            app.MapGet($"{version}/bank/", List).AsCall(Operation.Banks);
        }

        app.MapMethods("/ebanking/initiate/", [HttpMethods.Get, HttpMethods.Post], Pay);
    }

    internal static bool Has(string idx) => All.Any(bank => Ids.For("bank " + bank.SwiftCode) == idx);

    private static Answer List(HttpRequest request, Fields fields)
    {
        FieldRules asked = new(fields);
        bool mobile = asked.OptionalText("payment_type") is "mobilecheckout" || asked.OptionalText("has_mobile_banking") is "true";
        Bank[] banks = asked.OptionalText("has_cardpayment") is "true" ? [] : [.. All.Where(bank => !mobile || bank.Mobile)];
        string logo = $"{request.Scheme}://{request.Host}/bank.svg";
        return Paging.Answer(request, fields, banks.Length, (skip, take) =>
            [.. banks.Skip((int)skip).Take(take).Select(bank => Record(bank, logo))]);
    }

    private static JsonObject Record(Bank bank, string logo) => new()
    {
        ["idx"] = Ids.For("bank " + bank.SwiftCode),
        ["name"] = bank.Name,
        ["short_name"] = bank.ShortName,
        ["logo"] = logo,
        ["swift_code"] = bank.SwiftCode,
        ["has_cardpayment"] = false,
        ["address"] = bank.Address,
        ["ebanking_url"] = "",
        ["has_ebanking"] = true,
        ["has_mobile_checkout"] = bank.Mobile,
        ["has_direct_withdraw"] = true,
        ["has_nchl"] = false,
        ["has_mobile_banking"] = bank.Mobile,
        ["play_store"] = "",
        ["app_store"] = "",
        ["branches"] = new JsonArray(),
    };

    private static Answer Pay(Fields fields)
    {
        string key = new FieldRules(fields).OptionalText("public_key") ?? "";
        string reason = Merchants.ByPublicKey(key)?.Mode switch
        {
            Mode.Test =>
                "E-banking, mobile banking, connectIPS and cards are not available in test mode. Please pay from the Khalti wallet.",
            null => "The public key is not one of this sandbox.",
            _ => "There is no bank behind Khalti Sandbox. Please pay from the Khalti wallet.",
        };
        return Answer.Html(400, $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Bank payment not available</title></head>
            <body><main><h1>Bank payment not available</h1><p>{reason}</p><p>Khalti Sandbox: no real money.</p></main></body>
            </html>
            """);
    }

    private sealed record Bank(string Name, string ShortName, string SwiftCode, string Address, bool Mobile);
}
