using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The bank lists for the widget's bank tabs, and the page that says that bank payments are not available.</summary>
internal static class BankApi
{
    internal static void MapBanks(this IEndpointRouteBuilder app)
    {
        foreach (string version in (string[])["/api/v2", "/api", "/api/v5"])
        {
            app.MapGet($"{version}/bank/", List).AsCall(Operation.Banks);
        }

        app.MapMethods("/ebanking/initiate/", [HttpMethods.Get, HttpMethods.Post], Pay);
    }

    private static Answer List(HttpRequest request, Fields fields, Banks all)
    {
        FieldRules asked = new(fields);
        bool mobile = asked.OptionalText("payment_type") is "mobilecheckout" || asked.OptionalText("has_mobile_banking") is "true";
        Bank[] banks = asked.OptionalText("has_cardpayment") is "true" ? [] : [.. all.All.Where(bank => !mobile || bank.Mobile)];
        string logo = $"{request.Scheme}://{request.Host}/bank.svg";
        return Paging.Answer(request, fields, banks.Length, (skip, take) =>
            [.. banks.Skip((int)skip).Take(take).Select(bank => Record(bank, logo))]);
    }

    private static JsonObject Record(Bank bank, string logo) => new()
    {
        ["idx"] = bank.Idx,
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

    private static Answer Pay(Fields fields, Merchants merchants)
    {
        string key = new FieldRules(fields).OptionalText("public_key") ?? "";
        string reason = merchants.ByPublicKey(key)?.WidgetMode switch
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
}
