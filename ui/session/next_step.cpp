#include "ui/session/next_step.h"

#include "core/backbone/own_network.h"

namespace dank::ui {

bool weightsReady(Session &session)
{
    if (!session.features().request().weights.empty())
        return true;
    const BackboneStatus *const asked = session.features().requested();
    if (!asked || asked->kind == BackboneKind::Classic)
        return true;
    // A network of the user's own that cannot be used has no width.
    return isOwnNetwork(asked->kind) ? asked->columns > 0 : !asked->weights.empty();
}

NextStep nextStep(Session &session)
{
    const Actions &can = session.actions();
    NextStep step;
    step.page = can.next;
    switch (can.next) {
    case Page::Dataset: break;
    case Page::Features:
        if (!weightsReady(session) && can.extract) {
            const BackboneStatus *const asked = session.features().requested();
            const bool own = asked && isOwnNetwork(asked->kind);
            step.text = own ? QStringLiteral("Choose a net&work") : QStringLiteral("Choose &weights");
            step.icon = QStringLiteral("features");
            step.why = own ? QStringLiteral("The network of your own cannot be used: its card says why")
                           : QStringLiteral("%1 has no weights yet: download them, choose a file, or take Classic")
                                 .arg(session.features().titleOf(session.features().request().backbone));
        } else {
            step.text = QStringLiteral("E&xtract features");
            step.icon = QStringLiteral("features");
            step.enabled = can.extract;
            step.why = QStringLiteral("Turn every picture into numbers; what is kept is not computed again");
            step.run = [&session] { session.features().extract(); };
        }
        break;
    case Page::Train:
        step.text = QStringLiteral("&Train");
        step.icon = QStringLiteral("play");
        step.enabled = can.train;
        step.why = QStringLiteral("Learn from the upvotes (Ctrl+Return)");
        step.run = [&session] { session.training().train(); };
        break;
    case Page::Evaluate:
        step.text = QStringLiteral("E&valuate");
        step.icon = QStringLiteral("evaluate");
        step.enabled = can.evaluate;
        step.why = QStringLiteral("See how the model does on memes it has not learned from");
        step.run = [&session] {
            if (const auto model = session.rater().model(); model && model->run != 0)
                session.evaluations().evaluate(model->run);
        };
        break;
    case Page::Rate:
        step.text = QStringLiteral("&Rate files…");
        step.icon = QStringLiteral("rate");
        step.enabled = can.rate;
        step.why = QStringLiteral("Score pictures with the current model; dropping them anywhere does the same");
        step.pickFiles = true;
        break;
    }
    return step;
}

}  // namespace dank::ui
