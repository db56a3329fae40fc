#pragma once

#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QPushButton;

namespace dank::ui {

class ArrivalStrip;

/// What the running or last extraction does and did: speed, what was skipped, how the numbers were made.
class ArrivalsCard : public Card {
    Q_OBJECT
public:
    explicit ArrivalsCard(Session &session, QWidget *parent = nullptr);
    void update();

private:
    void showSkipped();

    Session &m_session;
    QPushButton *m_skipped;
    ArrivalStrip *m_strip;
    TextLabel *m_summary;
    TextLabel *m_precision;
    TextLabel *m_device;
};

}  // namespace dank::ui
