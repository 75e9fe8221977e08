# zsh -f zsh-completes.zsh 'kinfold lin': what a line becomes when Tab is pressed, in an interactive zsh of its own.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; PS2=; autoload -Uz compinit; compinit -u -D; unsetopt ZLE_RPROMPT_INDENT; print -r -- rea""dy'
while zpty -r shell line; do [[ $line == *ready* ]] && break; done
zpty -w -n shell "$1"$'\t'
sleep 1
while zpty -rt shell line; do print -r -- $line; done
zpty -d shell
