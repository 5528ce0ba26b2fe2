using FluentValidation;
using FluentValidation.Results;

namespace KhaltiCheckout.Http;

/// <summary>Runs a request's rules before its handler, and declares the 400 they may give.</summary>
internal static class Validation
{
    /// <summary>Finds every validator of the program.</summary>
    internal static void AddRequestRules(this IServiceCollection services) =>
        services.AddValidatorsFromAssembly(typeof(Validation).Assembly, ServiceLifetime.Singleton, includeInternalTypes: true);

    /// <summary>A request without a validator stops the start.</summary>
    internal static RouteHandlerBuilder WithValidation<TRequest>(this RouteHandlerBuilder route)
        where TRequest : class =>
        route.AddEndpointFilterFactory((endpoint, next) =>
        {
            IValidator<TRequest> rules = endpoint.ApplicationServices.GetRequiredService<IValidator<TRequest>>();
            return async context =>
            {
                TRequest request = context.Arguments.OfType<TRequest>().Single();
                ValidationResult result = await rules.ValidateAsync(request, context.HttpContext.RequestAborted);
                return result.IsValid ? await next(context) : TypedResults.Problem(Problems.ValidationFailed(result.Errors));
            };
        });

    /// <summary>Text that may be stored, shown and logged: no control characters, so no second log line or header, and
    /// nothing that turns the reading direction of what stands beside it. Joiners stay: Nepali is written with them.</summary>
    internal static IRuleBuilderOptions<T, string?> PlainText<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.MaximumLength(longest).WithMessage($"At most {longest} characters.")
            .Must(IsPlain).WithMessage("No control characters.");

    internal static bool IsPlain(string? text) => text is null || !text.Any(IsControl);

    private static bool IsControl(char letter) =>
        char.IsControl(letter) || letter is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
